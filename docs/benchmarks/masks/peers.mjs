// Forces the documents of a sample through the masks of one engine, as SideBySide.java does with KernelWeave:
//
//   node peers.mjs ENGINE PACKAGES DIR OUT
//
// reads DIR/vocabulary.json and DIR/sample.jsonl and writes a line a schema to DIR/OUT.results.jsonl. The schemas are measured in a process
// of their own: one that takes longer than LIMIT_S seconds, or brings the process down, is a fault, and a new process warms up and goes on
// after it. Times are CPU times of that process, which compiles WebAssembly before it measures (see OPTIONS).
import { fork } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Crash, Refusal, engines } from './engines.mjs';

const LIMIT_S = Number(process.env.LIMIT_S ?? 120);
// The optimising compiler alone, and all of a module at once: none of it falls into what is measured.
const OPTIONS = ['--no-liftoff', '--no-wasm-lazy-compilation', '--max-old-space-size=4096'];

const [name, packages, folder, out, from] = process.argv.slice(2);
const sample = readFileSync(join(folder, 'sample.jsonl'), 'utf8').trim().split('\n').map((line) => JSON.parse(line));
const measured = sample.filter((subject) => subject.counts);
await (from === undefined ? supervise() : measure(Number(from)));

async function supervise() {
  const file = openSync(join(folder, `${out}.results.jsonl`), 'w');
  const write = (result) => writeSync(file, JSON.stringify(result) + '\n');
  for (let next = 0; next < measured.length;) {
    next = await new Promise((resolve) => {
      let at = next;
      let reason = null;
      let timer;
      const child = fork(process.argv[1], [name, packages, folder, out, String(next)], { execArgv: OPTIONS });
      const wait = (seconds) => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          reason = `no answer within ${seconds} s`;
          child.kill('SIGKILL');
        }, seconds * 1000);
      };
      wait(600); // to load and to warm up
      child.on('message', (result) => {
        if (result !== 'ready') {
          write(result);
          at++;
        }
        wait(LIMIT_S);
      });
      child.on('exit', (code) => {
        clearTimeout(timer);
        if (at < measured.length && (reason !== null || code !== 0)) {
          write(outcome(measured[at++], 'fault', reason ?? `the process ended with code ${code}`));
        }
        resolve(at);
      });
    });
    process.stderr.write(`${name}: ${next} of ${measured.length}\n`);
  }
  closeSync(file);
}

async function measure(next) {
  const { end_token: endToken, tokens } = JSON.parse(readFileSync(join(folder, 'vocabulary.json'), 'utf8'));
  const vocabulary = { endToken, tokens: tokens.map((token) => Buffer.from(token, 'base64')) };
  const open = () => engines[name](packages, vocabulary);
  let engine = await open();
  const tryOne = async (subject) => {
    const result = await attempt(engine, subject, endToken);
    if (result.outcome === 'fault') {
      engine = await open();
    }
    return result;
  };
  for (const subject of sample.filter((candidate) => !candidate.counts)) {
    await tryOne(subject);
  }
  process.send('ready');
  for (const subject of measured.slice(next)) {
    process.send(await tryOne(subject));
  }
  process.disconnect();
}

/** The same steps, and the clock read at the same places, as in SchemaTrial.java. */
async function attempt(engine, subject, endToken) {
  const result = outcome(subject, 'measured', null);
  const times = new Map();
  try {
    const started = cpuNanos();
    const grammar = await engine.compile(subject.schema);
    await grammar.begin();
    let mask = await grammar.mask();
    result.first_mask_ns = cpuNanos() - started;
    for (const [index, { valid, tokens }] of subject.documents.entries()) {
      if (index > 0) {
        await grammar.begin();
        mask = await grammar.mask();
      }
      let accepted = 0;
      let before = cpuNanos();
      for (const token of tokens) {
        if (!allows(mask, token) || !grammar.accept(token)) {
          break;
        }
        mask = await grammar.mask();
        const now = cpuNanos();
        const took = now - before;
        times.set(took, (times.get(took) ?? 0) + 1);
        result.between_masks_sum_ns += took;
        result.between_masks_max_ns = Math.max(result.between_masks_max_ns, took);
        before = now;
        accepted++;
      }
      const whole = accepted === tokens.length;
      const complete = whole && allows(mask, endToken);
      if (valid && !whole) {
        result.errors.refused++;
      } else if (valid && !complete) {
        result.errors.unfinished++;
      } else if (!valid && whole) {
        result.errors[complete ? 'admitted' : 'open']++;
      }
    }
    await grammar.close();
  } catch (e) {
    if (!(e instanceof Refusal || e instanceof Crash)) {
      throw e;
    }
    result.outcome = e instanceof Refusal ? 'refused' : 'fault';
    result.reason = e.message;
    result.errors = outcome(subject).errors;
  }
  result.between_masks = [...times].map(([ns, count]) => ({ ns, count }));
  return result;
}

function outcome(subject, kind, reason) {
  return {
    id: subject.id,
    outcome: kind,
    reason,
    errors: { refused: 0, unfinished: 0, admitted: 0, open: 0 },
    first_mask_ns: -1,
    between_masks: [],
    between_masks_sum_ns: 0,
    between_masks_max_ns: 0,
  };
}

function allows(mask, token) {
  return ((mask[token >>> 5] >>> (token & 31)) & 1) === 1;
}

function cpuNanos() {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}
