// Bundles the pages into a folder that `florin serve --pages` shows: node build.mjs FOLDER
import {build} from 'esbuild';
import {mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {basename, dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {gzipSync} from 'node:zlib';
import {writeLocales} from './locales.mjs';

const here = dirname(fileURLToPath(import.meta.url)); // Debian's node has no import.meta.dirname

const to = process.argv[2] ?? '../build/pages';
rmSync(to, {recursive: true, force: true});
mkdirSync(join(to, 'assets'), {recursive: true});

// A provider's script needs a policy of its own: its form has a page of its own.
const adapters = ['stripe_elements', 'razorpay_checkout', 'post'];

const locales = writeLocales(here, join(to, 'assets'));

const made = await build({
  absWorkingDir: here,
  entryPoints: {
    portal: 'src/portal/main.jsx',
    console: 'src/console/main.jsx',
    widget: 'src/widget/frame.jsx',
    style: 'src/style.css',
    ...Object.fromEntries(adapters.map((name) => [name, `src/providers/${name}.js`])),
  },
  outdir: resolve(to, 'assets'),
  entryNames: '[name]-[hash]',
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2022'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'none',
  define: {LOCALES: JSON.stringify(locales)},
  metafile: true,
});

// What a page of another origin loads, at one address for good. No module: those would need that origin's leave.
await build({
  absWorkingDir: here,
  entryPoints: ['src/widget/element.js'],
  outfile: resolve(to, 'widget.js'),
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['es2022'],
  legalComments: 'none',
});

const files = Object.keys(made.metafile.outputs).map((path) => basename(path));
const named = (name, ending) => files.find((file) => file.startsWith(`${name}-`) && file.endsWith(ending));
for (const name of ['portal', 'console', 'widget', ...adapters]) {
  const template = readFileSync(join(here, adapters.includes(name) ? 'provider.html' : 'page.html'), 'utf8');
  const page = template.replaceAll('{script}', named(name, '.js')).replaceAll('{style}', named('style', '.css'));
  writeFileSync(join(to, `${name}.html`), page);
}

// What a customer's phone loads, compressed; a budget that is passed ends the build.
const size = (file) => gzipSync(readFileSync(join(to, 'assets', file))).length;
const budget = {portal: 60 * 1024, console: 110 * 1024, widget: 60 * 1024, style: 12 * 1024, stripe_elements: 4 * 1024, razorpay_checkout: 4 * 1024, post: 4 * 1024};
for (const [name, most] of Object.entries(budget)) {
  const file = named(name, name === 'style' ? '.css' : '.js');
  const bytes = size(file);
  console.log(`${file} ${bytes} bytes, ${most} at most`);
  if (bytes > most) throw new Error(`${name} is over its budget`);
}
const element = gzipSync(readFileSync(join(to, 'widget.js'))).length;
console.log(`widget.js ${element} bytes, ${4 * 1024} at most`);
if (element > 4 * 1024) throw new Error('the element is over its budget');
for (const [language, file] of Object.entries(locales)) {
  const bytes = size(basename(file));
  console.log(`${basename(file)} ${bytes} bytes, ${20 * 1024} at most`);
  if (bytes > 20 * 1024) throw new Error(`the locale ${language} is over its budget`);
}
