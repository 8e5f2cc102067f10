/**
 * How fast Digital Bazaar's libraries are; the stopwatch is theirs, so that talking to them costs nothing.
 *
 * Requests: {load: {credentials, secured, suite, key, created, now, documents}}, then {run: "issue" | "verify" | "canonize"}
 * Answer: {ok, seconds, count}: one pass over all credentials that were loaded.
 */
import * as rdfCanonize from 'rdf-canonize';
import * as vc from '@digitalbazaar/vc';
import {signingSuite, verifyingSuites} from './suites.mjs';
import jsonld from 'jsonld';
import {makeLoader} from './loader.mjs';
import {serve} from './protocol.mjs';

let loaded;

const runs = {
  async issue() {
    const suite = await signingSuite(loaded);
    const copies = loaded.credentials.map(credential => ({...credential}));
    return stopwatch(copies, async credential => {
      await vc.issue({credential, suite, documentLoader: loaded.documentLoader, now: loaded.now});
    });
  },
  async verify() {
    return stopwatch(loaded.secured, async credential => {
      const {documentLoader, now} = loaded;
      const result = await vc.verifyCredential({credential, suite: verifyingSuites(), documentLoader, now});
      if(!result.verified) {
        throw result.error;
      }
    });
  },
  async canonize() {
    const {documentLoader} = loaded;
    return stopwatch(loaded.credentials, async credential => {
      const dataset = await jsonld.toRDF(credential, {base: null, safe: true, documentLoader});
      await rdfCanonize.canonize(dataset, {algorithm: 'RDFC-1.0', format: 'application/n-quads'});
    });
  }
};

async function stopwatch(items, work) {
  const start = performance.now();
  for(const item of items) {
    await work(item);
  }
  return {ok: true, seconds: (performance.now() - start) / 1000, count: items.length};
}

await serve(async ({load, run}) => {
  if(load) {
    loaded = {...load, documentLoader: makeLoader({documents: load.documents}).documentLoader};
    return {ok: true};
  }
  return runs[run]();
});
