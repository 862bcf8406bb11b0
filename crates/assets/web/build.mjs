// Bundles the browser code: node build.mjs OUT_DIR
//
// Writes hashed files, each with .br (quality 11) and .gz beside it, and files.tsv, from which build.rs makes its table:
// first line `version TAB hash`, then `name TAB path TAB mime TAB file`.

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build as bundled } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2];
if (!out) {
  console.error('usage: node build.mjs OUT_DIR');
  process.exit(2);
}

const MIME = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};
// Old in-app browsers: Chromium 87 (2020) and Safari 15. esbuild cannot lower destructuring for Safari 14.
const common = { bundle: true, minify: true, target: ['chrome87', 'safari15'], charset: 'utf8', legalComments: 'none', logLevel: 'warning' };

/** name → { path, mime, bytes } */
const files = new Map();
const hash = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 8);

function add(name, bytes, path) {
  const ext = extname(name);
  files.set(name, { path: path ?? `/assets/${basename(name, ext)}.${hash(bytes)}${ext}`, mime: MIME[ext], bytes });
  return files.get(name).path;
}

/** Own drawings, one file each, become one sprite: <use href="…#name">. */
function sprite() {
  const symbols = readdirSync(join(here, 'icons'))
    .filter((file) => file.endsWith('.svg') && file !== 'mark.svg')
    .sort()
    .map((file) => {
      const text = readFileSync(join(here, 'icons', file), 'utf8');
      const inner = text.replace(/^[\s\S]*?<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '').trim();
      return `<symbol id="${basename(file, '.svg')}" viewBox="0 0 24 24">${inner}</symbol>`;
    });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join('')}</svg>`;
}

// qr-scanner starts its worker from a Blob address, which our content policy (script-src 'self') refuses: take the
// worker's text out of its wrapper and serve it as a file of ours.
const scanWorker = {
  name: 'scan-worker',
  setup(plugin) {
    plugin.onLoad({ filter: /qr-scanner-worker\.min\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const literal = text.match(/new Blob\(\[(`[\s\S]*`)\]\)/)?.[1];
      if (!literal) throw new Error('qr-scanner: the worker is not where it was');
      const url = add('scan-worker.js', Buffer.from(new Function(`return ${literal}`)()));
      return { contents: `export const createWorker = () => new Worker(${JSON.stringify(url)});` };
    });
  },
};

/** A warning is a fault of the source (a brace that a merge lost): nothing is written with one. */
async function build(options) {
  const made = await bundled(options);
  if (made.warnings.length > 0) {
    console.error(`${made.warnings.length} warnings in the browser code: mend them first`);
    process.exit(1);
  }
  return made;
}

const script = await build({
  ...common,
  entryPoints: { app: join(here, 'src/app.ts') },
  format: 'esm',
  splitting: true,
  outdir: '/assets',
  entryNames: '[name].[hash]',
  chunkNames: '[name].[hash]',
  metafile: true,
  write: false,
  plugins: [scanWorker],
});
// The service worker stores what a round needs without network; a code can also be typed by hand, so not the scanner, nor what asks for notices.
const shell = [];
for (const [path, info] of Object.entries(script.metafile.outputs)) {
  const file = script.outputFiles.find((f) => basename(f.path) === basename(path));
  const app = info.entryPoint?.endsWith('app.ts');
  if (app && info.imports.some((one) => one.kind === 'import-statement')) throw new Error('app.js must come in one file');
  const address = add(app ? 'app.js' : basename(path), file.contents, `/assets/${basename(path)}`);
  if (!Object.keys(info.inputs).some((input) => /scan|push/.test(input))) shell.push(address);
}

const style = await build({ ...common, entryPoints: [join(here, 'src/css/app.css')], outdir: '/assets', write: false });
shell.push(add('app.css', style.outputFiles[0].contents));
shell.push(add('icons.svg', Buffer.from(sprite())));
const mark = add('mark.svg', readFileSync(join(here, 'icons/mark.svg')));
shell.push(mark);

add(
  'manifest.webmanifest',
  Buffer.from(
    JSON.stringify({
      name: '校安',
      short_name: '校安',
      lang: 'zh-CN',
      start_url: '/',
      scope: '/',
      display: 'standalone',
      background_color: '#f3f5f8',
      theme_color: '#1d5fb8',
      icons: [{ src: mark, sizes: 'any', type: 'image/svg+xml', purpose: 'any' }],
    }),
  ),
  '/manifest.webmanifest',
);

const version = hash([...files].map(([name, f]) => `${name} ${hash(f.bytes)}`).join('\n'));
const worker = await build({
  ...common,
  entryPoints: [join(here, 'src/sw.ts')],
  format: 'iife',
  write: false,
  outdir: '/assets',
  define: { __VERSION__: JSON.stringify(version), __SHELL__: JSON.stringify(shell.sort()) },
});
add('sw.js', worker.outputFiles[0].contents, '/sw.js');

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const list = [`version\t${version}`];
for (const [name, { path, mime, bytes }] of files) {
  const file = basename(path);
  const data = Buffer.from(bytes);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: data.length };
  writeFileSync(join(out, file), data);
  writeFileSync(join(out, `${file}.br`), brotliCompressSync(data, { params }));
  writeFileSync(join(out, `${file}.gz`), gzipSync(data, { level: 9 }));
  list.push([name, path, mime, file].join('\t'));
}
writeFileSync(join(out, 'files.tsv'), `${list.join('\n')}\n`);
