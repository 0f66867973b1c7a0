/** What each key does; the screen behind `?`. */
export const helpLines: readonly string[] = [
  '   a   take A: the second side gets what the first holds',
  '   b   take B: the first side gets what the second holds',
  '   e   edit a merge of both in $VISUAL or $EDITOR; both sides get what you save',
  '   d   delete the key on both sides',
  '   i   leave it as it is: takes a decision back, and goes on to the next',
  '   n   next key          p   previous key',
  '   h   hex and back      t   text or JSON tree',
  '   w   write what is decided, key by key, each only if both sides still hold',
  '       what was shown; until then nothing is written',
  '   r   read the key again',
  '   q   leave             Ctrl-C leaves at once',
  '   up, down, PgUp, PgDn, Home, End scroll',
  '',
  '   ≠ differs   < only in A   > only in B',
  '   [-only A has this-]  {+only B has this+}   *ff a byte that differs',
  '   any key goes back',
];
