import { openHotRodStoreFamily } from '@kvtwin/hotrod-client';
import { openBackend } from '@kvtwin/proxy';
import { describeStoreCompliance } from '@kvtwin/store-compliance';
import { inject } from 'vitest';
import { MAIN_VERSIONS } from './versions.js';

const site = inject('firstSite');

for (const version of MAIN_VERSIONS.filter((each) => each !== '2.0')) {
  describeStoreCompliance(`a real site, protocol ${version}`, {
    openFamily: () => openHotRodStoreFamily(`${site}/store?protocol_version=${version}`, { layout: 'typed' }),
  });
}

describeStoreCompliance('a real site, keys as they are', {
  openFamily: () => openHotRodStoreFamily(`${site}/store-raw`, { layout: 'raw' }),
});

describeStoreCompliance('a real site under HustDB counters', {
  openFamily: async () => (await openBackend(`${site}/store-counters?layout=typed&envelope=1`)).family,
});
