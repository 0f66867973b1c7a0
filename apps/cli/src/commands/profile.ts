import { type Command, Option } from 'commander';
import { askPassword } from '../command-line/ask-password.js';
import { action, type CliContext } from '../command-line/cli-context.js';
import { CliError } from '../command-line/cli-error.js';
import { ExitCode } from '../command-line/exit-code.js';
import { readStdin } from '../options/read-input.js';
import { colorsFor, writeJson, writeLine } from '../output/output.js';
import { plainTable } from '../output/plain-table.js';
import { configFolder, type Profile, ProfileStore, type Profiles } from '../sides/profile-store.js';
import { profileNamed } from '../sides/resolve-sides.js';
import { fillPasswords, firstLine, wantsPassword, withPassword } from '../sides/url-password.js';
import { withoutCredentials } from '../sides/without-credentials.js';

interface AddFlags {
  readonly first?: string;
  readonly second?: string;
  readonly pair?: string;
  readonly versions?: 'counter' | 'opaque';
  readonly use?: boolean;
  readonly passwordFile?: string;
}

const help = `
A profile is a name for one side, or for a pair. Profiles are kept in $KVTWIN_CONFIG, else $XDG_CONFIG_HOME/kvtwin,
else ~/.config/kvtwin, in a file that only you can read. Passwords in their URLs are never shown.

Examples:
  kvtwin profile add lon hotrod://app@lon.example:11222/users
  kvtwin profile add nyc hotrod://app@nyc.example:11222/users --password-file nyc.password
  kvtwin profile add users --first lon --second nyc --use
  kvtwin diff

Exit codes: 0 done · 1 the command line is wrong, or there is no such profile`;

const subHelp = {
  add: `
Examples:
  kvtwin profile add lon hotrod://app@lon.example:11222/users --password-file lon.password
  kvtwin profile add users --first lon --second nyc --use
  kvtwin profile add front --pair hustdb+ha://ha.example:8082

A password that stands in a URL on the command line can be read by others (ps, the history of the shell). Name the user
alone, and the password is asked for, or read from a file.

Exit codes: 0 kept · 1 the command line is wrong, or the password file cannot be read`,
  ls: `
Examples:
  kvtwin profile ls
  kvtwin profile ls --json

Exit codes: 0 printed`,
  use: `
Examples:
  kvtwin profile use users

Exit codes: 0 done · 1 there is no such profile, or it is one side`,
  rm: `
Examples:
  kvtwin profile rm lon

Exit codes: 0 removed · 1 there is no such profile`,
};

export function registerProfile(program: Command, context: CliContext): void {
  const profile = program
    .command('profile')
    .summary('name sides and pairs')
    .description('Names sides and pairs, so that commands need not repeat their URLs.')
    .addHelpText('after', help);
  profile
    .command('add')
    .summary('add or replace a profile')
    .description('Adds or replaces a profile: a URL for one side, or --first and --second, or --pair.')
    .argument('<name>', 'the name of the profile')
    .argument('[url]', 'the URL of one side')
    .option('--first <url>', 'the first side: a URL, or a profile that is one side')
    .option('--second <url>', 'the second side')
    .option('--pair <url>', 'both sides behind one front')
    .addOption(new Option('--versions <policy>', 'how versions relate').choices(['counter', 'opaque']))
    .option('--use', 'make it the active one')
    .option('--password-file <file>', 'a file with the password of a URL that names a user; - for stdin')
    .addHelpText('after', subHelp.add)
    .action(
      action(context, (name: string, url: string | undefined, flags: AddFlags) =>
        add(context, name, url, flags),
      ),
    );
  profile
    .command('ls')
    .summary('list the profiles')
    .description('Lists the profiles; * marks the active one.')
    .option('--json', 'print one JSON object')
    .addHelpText('after', subHelp.ls)
    .action(action(context, (flags: { json?: boolean }) => list(context, flags.json === true)));
  profile
    .command('use')
    .summary('make a profile the active one')
    .description('Makes a profile of a pair the active one: commands without sides use it.')
    .argument('<name>', 'the name of the profile')
    .addHelpText('after', subHelp.use)
    .action(action(context, (name: string) => use(context, name)));
  profile
    .command('rm')
    .summary('remove a profile')
    .description('Removes a profile.')
    .argument('<name>', 'the name of the profile')
    .addHelpText('after', subHelp.rm)
    .action(action(context, (name: string) => remove(context, name)));
}

function storeOf({ io }: CliContext): ProfileStore {
  return new ProfileStore(configFolder(io.env));
}

async function add(
  context: CliContext,
  name: string,
  url: string | undefined,
  flags: AddFlags,
): Promise<ExitCode> {
  const { first, second, pair, versions, use: active } = flags;
  if (!/^[\w.-]{1,64}$/.test(name)) {
    throw new CliError('a profile name has 1 to 64 letters, digits, dots, dashes and underscores');
  }
  if (active && url !== undefined) throw oneSide(name);
  const complete = [url !== undefined, first !== undefined && second !== undefined, pair !== undefined];
  const halves = (first === undefined) !== (second === undefined);
  if (halves || complete.filter(Boolean).length !== 1) {
    throw new CliError('a profile is one URL, or --first and --second, or --pair', {
      hint: 'kvtwin profile --help shows examples',
    });
  }
  const profile: Profile = {
    ...(await withPasswords(context, { url, first, second, pair }, flags.passwordFile)),
    ...(versions === undefined ? {} : { versions }),
  };
  const next = active ? { active: name } : {};
  await storeOf(context).update((all) => ({
    ...all,
    ...next,
    profiles: { ...all.profiles, [name]: profile },
  }));
  return ExitCode.ok;
}

type Urls = Pick<Profile, 'url' | 'first' | 'second' | 'pair'>;

/** The URLs that are given, with passwords filled in: from the file, the environment, or a person. */
async function withPasswords(
  { io }: CliContext,
  urls: { readonly [Name in keyof Urls]: string | undefined },
  file: string | undefined,
): Promise<Urls> {
  const given = Object.entries(urls).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const filled =
    file === '-'
      ? await passwordsFromStdin(io, given)
      : await fillPasswords(
          given.map(([, url]) => url),
          file,
          io.env,
        );
  const complete: [string, string][] = [];
  for (const [at, [name]] of given.entries()) complete.push([name, await asked(io, filled[at]!)]);
  return Object.fromEntries(complete);
}

async function passwordsFromStdin(
  io: CliContext['io'],
  given: readonly [string, string][],
): Promise<string[]> {
  const password = firstLine(Buffer.from(await readStdin(io)).toString(), 'stdin');
  return given.map(([, url]) => withPassword(url, password));
}

async function asked(io: CliContext['io'], url: string): Promise<string> {
  if (!wantsPassword(url)) return url;
  const password = await askPassword(io, `password for ${url.replace(/[?#].*$/s, '')} (Enter: none): `);
  return password === undefined ? url : withPassword(url, password);
}

async function list(context: CliContext, json: boolean): Promise<ExitCode> {
  const all = await storeOf(context).load();
  if (json) await writeJson(context.io.stdout, shown(all));
  else await printTable(context, all);
  return ExitCode.ok;
}

async function printTable({ io }: CliContext, { active, profiles }: Profiles): Promise<void> {
  const names = Object.keys(profiles);
  if (names.length === 0) {
    await writeLine(io.stderr, 'no profiles yet: kvtwin profile add --help');
    return;
  }
  const colors = colorsFor(io.stdout, io.env);
  const rows = names.map((name) => [
    name === active ? colors.green('*') : ' ',
    name,
    addressText(profiles[name]!),
  ]);
  await writeLine(io.stdout, plainTable(rows));
}

function addressText({ url, first, second, pair }: Profile): string {
  const parts = url ?? pair;
  return parts === undefined ? `${hide(first)}  ${hide(second)}` : hide(parts);
}

function hide(url: string | undefined): string {
  return withoutCredentials(url ?? '');
}

function shown({ active, profiles }: Profiles): unknown {
  const entries = Object.entries(profiles).map(([name, { url, first, second, pair, names, versions }]) => {
    const urls = Object.entries({ url, first, second, pair }).filter(([, value]) => value !== undefined);
    const hidden = Object.fromEntries(urls.map(([key, value]) => [key, hide(value)]));
    return { name, active: name === active, ...hidden, names, versions };
  });
  return { profiles: entries };
}

async function use(context: CliContext, name: string): Promise<ExitCode> {
  await storeOf(context).update((all) => {
    if (profileNamed(name, all).url !== undefined) {
      throw oneSide(name);
    }
    return { ...all, active: name };
  });
  return ExitCode.ok;
}

function oneSide(name: string): CliError {
  return new CliError(`profile ${name} is one side`, { hint: 'only a pair can be the active profile' });
}

async function remove(context: CliContext, name: string): Promise<ExitCode> {
  await storeOf(context).update((all) => {
    profileNamed(name, all);
    const { [name]: _, ...profiles } = all.profiles;
    return all.active === undefined || all.active === name ? { profiles } : { active: all.active, profiles };
  });
  return ExitCode.ok;
}
