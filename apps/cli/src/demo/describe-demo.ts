import { formatCount } from '../format-size.js';
import type { Colors } from '../output.js';
import { sampleFields, sampleTable } from './sample-table.js';
import { type Demo, deadSide } from './start-demo.js';

const labelColumns = 10;
const addressColumns = 30;

/** What a demo prints for people. The first address is the HustDB pair's proxy. */
export function describeDemo(demo: Demo, seed: number, diffCommand: string, colors: Colors): string[] {
  const { hustdb, overSites, lame, sites, pair } = demo;
  const row = (label: string, address: string, about: string): string =>
    `  ${colors.bold(label.padEnd(labelColumns))}${colors.cyan(address.padEnd(addressColumns))}${about}`;
  return [
    row('hustdb', hustdb.url, 'proxy over two embedded HustDB nodes, strict'),
    ...sampleFields.map(({ key, answer }) => sampleLine(hustdb.url, key, answer, colors)),
    row('sites', overSites.url, 'proxy over two embedded Hot Rod sites, extended'),
    sampleLine(overSites.url, 'one_sided', '409 Version1, X-Outcome: one-sided', colors),
    row('dead side', lame.url, `proxy over a HustDB node and ${deadSide}, where nothing is`),
    sampleLine(lame.url, 'test_key', '503 X-Outcome: unreadable', colors),
    row('site lon', sites.lon.url, `${formatCount(sites.keys.lon).padStart(5)} keys, seed ${seed}`),
    row('site nyc', sites.nyc.url, `${formatCount(sites.keys.nyc).padStart(5)} keys`),
    row('nodes', pair.nodes[0].url, pair.nodes[1].url),
    `  ${colors.bold('next'.padEnd(labelColumns))}${diffCommand}`,
    `  ${''.padEnd(labelColumns)}npx kvtwin get user:42`,
  ];
}

function sampleLine(url: string, key: string, answer: string, colors: Colors): string {
  const command = `curl -i '${url}/hget2?tb=${sampleTable}&key=${key}'`;
  return `  ${''.padEnd(labelColumns)}${command.padEnd(72)}  ${colors.dim(answer)}`;
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
