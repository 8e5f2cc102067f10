/** The JSON-LD contexts that this repository pins by digest; nothing else is ever a context here. */
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';

const folder = new URL('../../vc/contexts/', import.meta.url);

export const contexts = new Map();

for(const {url, file, sha256} of JSON.parse(readFileSync(new URL('manifest.json', folder), 'utf8'))) {
  const data = readFileSync(new URL(file, folder));
  if(createHash('sha256').update(data).digest('hex') !== sha256) {
    throw new Error(`${file} is not the context that the manifest pins`);
  }
  contexts.set(url, JSON.parse(data.toString('utf8')));
}
