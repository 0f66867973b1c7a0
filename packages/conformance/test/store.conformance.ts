import { openHotRodStoreFamily } from '@kvtwin/hotrod-client';
import { openBackend } from '@kvtwin/proxy';
import { describeStoreCompliance } from '@kvtwin/store-compliance';
import { inject } from 'vitest';
import { VERSIONS } from './versions.js';

const url = `${inject('firstSite')}/store`;

for (const version of VERSIONS.filter((each) => each !== '2.0')) {
  describeStoreCompliance(`a real site, protocol ${version}`, {
    openFamily: () => openHotRodStoreFamily(`${url}?protocol_version=${version}`, { layout: 'typed' }),
  });
}

describeStoreCompliance('a real site under HustDB counters', {
  openFamily: async () => (await openBackend(`${url}?envelope=1`)).family,
});
