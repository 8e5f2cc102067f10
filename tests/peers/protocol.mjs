/**
 * How every program here is spoken to.
 *
 * Alone: one JSON request on stdin, or in the file named as the only argument; one JSON answer on
 * stdout; exit 0 if the answer says `ok`, else 1.
 * With `--lines`: one request per line, one answer per line, in order, until stdin ends; exit 0.
 */
import {readFileSync} from 'node:fs';
import {createInterface} from 'node:readline';

/** Runs `answer(request)` for each request; what it throws becomes `{ok: false, errors}`. */
export async function serve(answer) {
  // Libraries that print would break the protocol; what they say goes to stderr.
  console.log = console.info = console.error;
  const args = process.argv.slice(2);
  if(args.includes('--lines')) {
    for await (const line of createInterface({input: process.stdin, crlfDelay: Infinity})) {
      process.stdout.write(`${JSON.stringify(await safely(answer, line))}\n`);
    }
    return;
  }
  const text = args.length > 0 ? readFileSync(args[0], 'utf8') : readFileSync(0, 'utf8');
  const result = await safely(answer, text);
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exitCode = result.ok ? 0 : 1;
}

async function safely(answer, text) {
  try {
    return await answer(JSON.parse(text));
  } catch(error) {
    return {ok: false, errors: flatten(error)};
  }
}

/** An error and everything that caused it, as `{name, message}`, outermost first. */
export function flatten(error, depth = 0) {
  if(!error || depth > 5) {
    return [];
  }
  if(Array.isArray(error)) {
    return error.flatMap(one => flatten(one, depth));
  }
  const own = {name: String(error.name ?? 'Error'), message: String(error.message ?? error)};
  const details = error.details?.event?.code;
  return [details ? {...own, details} : own, ...[error.errors, error.cause, error.details?.cause].flatMap(one => flatten(one, depth + 1))];
}
