// Token-mask engines from npm behind one small interface. Nothing is cached from one schema to the next.
//
//   open(packages, vocabulary)  → engine     packages: folder with node_modules; vocabulary: {endToken, tokens: Buffer[]}
//   engine.compile(schema)      → grammar    schema: JSON text; throws a Refusal
//   grammar.begin()                          goes to the beginning of a text
//   grammar.mask()              → words      one bit a token, 32 to a word; valid until the next call
//   grammar.accept(token)       → boolean
//   grammar.close()
//
// All may be asynchronous. A Crash says that the engine cannot be used any more.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

export class Refusal extends Error {}
export class Crash extends Error {}

/**
 * llguidance by its C interface, which the WebAssembly of the package exports. The package's own JavaScript would copy each mask into an
 * array with one byte a token, and it takes bytes of tokens beyond ASCII for others.
 */
async function llguidance(packages, vocabulary) {
  const dist = join(packages, 'node_modules/transformers-llguidance/dist');
  const chunk = readFileSync(join(dist, 'index.js'), 'utf8').match(/llguidance_wasm-[\w-]+\.js/)[0];
  const [, base64] = readFileSync(join(dist, chunk), 'utf8').match(/data:application\/wasm;base64,([A-Za-z0-9+/=]+)/);
  const module = new WebAssembly.Module(Buffer.from(base64, 'base64'));

  let wasm;
  let panic = '';
  const text = (at, length) => Buffer.from(wasm.memory.buffer, at >>> 0, length).toString();
  const provided = {
    now: () => performance.now(),
    __wbg_new: () => new Error(),
    __wbg_stack: (into) => new Uint8Array(wasm.memory.buffer, into >>> 0, 8).fill(0),
    __wbg_error: (at, length) => { panic ||= text(at, length).split('\n')[0]; },
    __wbg_getRandomValues: (at, length) => { crypto.getRandomValues(new Uint8Array(wasm.memory.buffer, at >>> 0, length)); },
    __wbindgen_init_externref_table: () => { wasm.__wbindgen_externrefs.grow(4); },
  };
  const imports = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    const plain = name.replace(/_[0-9a-f]{16}$/, '');
    (imports[from] ??= {})[name] = provided[plain] ?? (() => { throw new Error(`${plain} was called`); });
  }
  wasm = new WebAssembly.Instance(module, imports).exports;
  wasm.__wbindgen_start();

  const guarded = (call) => {
    try {
      return call();
    } catch (e) {
      throw new Crash(panic || String(e));
    }
  };
  /** Copies bytes, and a zero after them, into the memory of the instance. */
  const put = (bytes) => {
    const at = wasm.__wbindgen_malloc(bytes.length + 1, 8) >>> 0;
    const memory = new Uint8Array(wasm.memory.buffer);
    memory.set(bytes, at);
    memory[at + bytes.length] = 0;
    return at;
  };
  const string = (at) => {
    const memory = new Uint8Array(wasm.memory.buffer);
    return text(at, memory.indexOf(0, at >>> 0) - (at >>> 0));
  };

  const { tokens, endToken } = vocabulary;
  const tokenizerInit = Buffer.alloc(40); // struct LlgTokenizerInit
  tokenizerInit.writeUInt32LE(tokens.length, 0);
  tokenizerInit.writeUInt32LE(endToken, 4);
  tokenizerInit.writeUInt32LE(put(new Uint8Array(Uint32Array.from(tokens, (token) => token.length).buffer)), 8);
  tokenizerInit.writeUInt32LE(put(Buffer.concat(tokens)), 12);
  tokenizerInit.writeUInt8(1, 28); // tokenizes greedily: only forced tokens, which are not asked for, need the real tokenizer
  const problem = put(Buffer.alloc(1000));
  const tokenizer = wasm.llg_new_tokenizer(put(tokenizerInit), problem, 1000);
  if (!tokenizer) {
    throw new Error(string(problem));
  }
  const init = put(Buffer.alloc(512)); // struct LlgConstraintInit
  wasm.llg_constraint_init_set_defaults(init, tokenizer);
  new DataView(wasm.memory.buffer).setUint32(init + 8, 0, true); // nothing to stderr
  const kind = put(Buffer.from('json_schema'));
  const words = Math.ceil(tokens.length / 32);
  const mask = put(Buffer.alloc(words * 4));

  return {
    compile(schema) {
      const bytes = Buffer.from(separated(schema));
      const at = put(bytes);
      const matcher = guarded(() => wasm.llg_new_matcher(init, kind, at));
      wasm.__wbindgen_free(at, bytes.length + 1, 8);
      const checked = (result) => {
        if (result !== 0) {
          throw new Refusal(string(wasm.llg_matcher_get_error(matcher)).split('\n')[0]);
        }
      };
      checked(wasm.llg_matcher_is_error(matcher));
      let isNew = true;
      return {
        begin() {
          if (!isNew) {
            checked(guarded(() => wasm.llg_matcher_reset(matcher)));
          }
          isNew = false;
        },
        mask() {
          checked(guarded(() => wasm.llg_matcher_compute_mask_into(matcher, mask, words * 4)));
          return new Int32Array(wasm.memory.buffer, mask, words);
        },
        accept: (token) => guarded(() => wasm.llg_matcher_consume_token(matcher, token)) === 0,
        close: () => guarded(() => wasm.llg_free_matcher(matcher)),
      };
    },
  };
}

/** The schema with llguidance's own keyword for whitespace; a schema that is not an object has no place for it. */
function separated(schema) {
  const rest = schema.replace(/^\s*\{\s*/, '');
  if (rest === schema) {
    return schema;
  }
  const options = '"x-guidance":{"item_separator":", ","key_separator":": ","whitespace_flexible":false}';
  return `{${options}${rest.startsWith('}') ? '' : ','}${rest}`;
}

/** xgrammar by the interface of its package; `anyWhitespace` as in MaskBench's compliant mode, else the separators `, ` and `: `. */
const xgrammar = (anyWhitespace) => async (packages, vocabulary) => {
  const messages = [];
  // An aborted call says why on the console, and only there.
  console.log = console.warn = console.error = (...parts) => messages.push(parts.join(' '));
  const require = createRequire(join(packages, 'package.json'));
  // The package says that it is an ES module, and is not.
  const file = require.resolve('@mlc-ai/web-xgrammar');
  const loaded = { exports: {} };
  new Function('module', 'exports', 'require', '__dirname', '__filename', readFileSync(file, 'utf8'))(
    loaded, loaded.exports, require, join(file, '..'), file);
  const { TokenizerInfo, GrammarCompiler, GrammarMatcher } = loaded.exports;

  const { tokens, endToken } = vocabulary;
  const letters = byteLetters();
  const encoded = tokens.map((token) => Array.from(token, (byte) => letters[byte]).join(''));
  const info = await TokenizerInfo.createTokenizerInfo(encoded, 'byte_level', false, tokens.length, [endToken]);
  const compiler = await GrammarCompiler.createGrammarCompiler(info, false);

  /** An exception of C++ ends as an abort. The instance goes on working: compiling leaves nothing behind but memory. */
  const explained = async (call) => {
    messages.length = 0;
    try {
      return await call();
    } catch (e) {
      const fatal = messages.filter((message) => message.includes('[FATAL]')).map((message) => message.replace(/.*\[FATAL\] \S* /, ''));
      if (fatal.length > 0) {
        throw new Refusal(fatal[0].split('\n')[0]);
      }
      throw new Crash(String(e));
    }
  };
  return {
    compile: (schema) => explained(async () => {
      const compiled = await compiler.compileJSONSchema(schema, anyWhitespace, -1, anyWhitespace ? undefined : [', ', ': '], false);
      let matcher;
      return {
        async begin() {
          matcher?.dispose();
          matcher = await GrammarMatcher.createGrammarMatcher(compiled);
        },
        mask: () => matcher.getNextTokenBitmask(),
        accept: (token) => matcher.acceptToken(token),
        close() {
          matcher?.dispose();
          compiled.dispose();
        },
      };
    }),
  };
};

/** The letters that byte-level vocabularies write bytes as: printable bytes are themselves, the others follow from U+0100 on. */
function byteLetters() {
  const printable = (byte) => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
}

export const engines = {
  llguidance,
  xgrammar: xgrammar(false),
  'xgrammar-any-whitespace': xgrammar(true),
};
