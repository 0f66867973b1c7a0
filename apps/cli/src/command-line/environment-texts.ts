/** The environment variables that kvtwin reads, for help and manual. */
export const environmentTexts: readonly (readonly [name: string, meaning: string])[] = [
  ['KVTWIN_FIRST, KVTWIN_SECOND', 'the two sides, where no options name them'],
  ['KVTWIN_PAIR', 'both sides behind one front'],
  ['KVTWIN_PROFILE', 'the profile to use instead of the active one'],
  ['KVTWIN_PASSWORD', 'the password of URLs that name a user and none'],
  ['KVTWIN_CONFIG', 'the folder of the profiles; otherwise $XDG_CONFIG_HOME/kvtwin, or ~/.config/kvtwin'],
  [
    'KVTWIN_STATE',
    'the folder of jobs and journals; otherwise $XDG_STATE_HOME/kvtwin, or ~/.local/state/kvtwin',
  ],
  ['KVTWIN_KEEP', 'how long before-images are kept, such as 90d or forever; otherwise 30d'],
  [
    'KVTWIN_AUTH, KVTWIN_NODE_AUTH',
    'user:password that a proxy asks its callers for, and that its nodes ask for',
  ],
  ['NO_COLOR, FORCE_COLOR', 'no colours, or colours where there is no terminal too'],
  ['NODE_DEBUG=kvtwin', 'where an error comes from'],
];
