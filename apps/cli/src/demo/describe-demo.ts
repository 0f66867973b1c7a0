import { formatCount } from '../output/format-size.js';
import type { Colors } from '../output/output.js';
import { sampleFields, sampleTable } from './sample-table.js';
import { type Demo, deadSide } from './start-demo.js';

const labelColumns = 10;
const addressColumns = 30;
/** From here on a command and its answer fit on one line. */
const wideColumns = 122;

/** What a demo prints for people. The first address is the HustDB pair's proxy. */
export function describeDemo(
  demo: Demo,
  seed: number,
  diffCommand: string,
  { colors, columns }: { readonly colors: Colors; readonly columns: number },
): string[] {
  const { hustdb, overSites, lame, sites, pair } = demo;
  const sampleLines = (url: string, key: string, answer: string): string[] =>
    sample(url, key, answer, columns, colors);
  const row = (label: string, address: string, about: string): string =>
    `  ${colors.bold(label.padEnd(labelColumns))}${colors.cyan(address.padEnd(addressColumns))}${about}`;
  return [
    row('hustdb', hustdb.url, 'proxy over two embedded HustDB nodes, strict'),
    ...sampleFields.flatMap(({ key, answer }) => sampleLines(hustdb.url, key, answer)),
    row('sites', overSites.url, 'proxy over two embedded Hot Rod sites, extended'),
    ...sampleLines(overSites.url, 'one_sided', '409 Version1, X-Outcome: one-sided'),
    row('dead side', lame.url, `proxy over a HustDB node and ${deadSide}, where nothing is`),
    ...sampleLines(lame.url, 'test_key', '503 X-Outcome: unreadable'),
    row('site lon', sites.lon.url, `${formatCount(sites.keys.lon).padStart(5)} keys, seed ${seed}`),
    row('site nyc', sites.nyc.url, `${formatCount(sites.keys.nyc).padStart(5)} keys`),
    row('nodes', pair.nodes[0].url, pair.nodes[1].url),
    `  ${colors.bold('next'.padEnd(labelColumns))}${diffCommand}`,
    `  ${''.padEnd(labelColumns)}npx kvtwin get user:42`,
  ];
}

/** A command and what it answers, on two lines where the terminal is narrow. */
function sample(url: string, key: string, answer: string, columns: number, colors: Colors): string[] {
  const command = `curl -i '${url}/hget2?tb=${sampleTable}&key=${key}'`;
  if (columns >= wideColumns) return [`    ${command.padEnd(72)}  ${colors.dim(answer)}`];
  return [`    ${command}`, `      ${colors.dim(answer)}`];
}

/** What a demo prints with `--json`. */
export function demoToJson(
  { hustdb, overSites, lame, sites, pair }: Demo,
  seed: number,
  profile: string | undefined,
): unknown {
  return {
    serving: 'demo',
    addresses: [hustdb.url, overSites.url, lame.url],
    hustdb: { url: hustdb.url, port: hustdb.port, first: pair.nodes[0].url, second: pair.nodes[1].url },
    sites: {
      url: overSites.url,
      port: overSites.port,
      first: sites.lon.url,
      second: sites.nyc.url,
      keys: sites.keys,
    },
    deadSide: { url: lame.url, port: lame.port, first: pair.nodes[0].url, second: deadSide },
    seed,
    ...(profile === undefined ? {} : { profile }),
  };
}
