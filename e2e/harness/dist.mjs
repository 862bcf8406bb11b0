// The bundle under test: XIAOAN_WEB_DIST, or built here from crates/assets/web the way crates/assets/build.rs does it
// (copied, `npm ci` once per lock file, node build.mjs), below the target folder.

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

let made;

export function bundle() {
  return (made ??= build());
}

function build() {
  if (process.env.XIAOAN_WEB_DIST) return process.env.XIAOAN_WEB_DIST;
  const web = join(root, 'crates/assets/web');
  const work = join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'web-e2e');
  mkdirSync(work, { recursive: true });
  for (const name of ['package.json', 'package-lock.json', '.npmrc', 'build.mjs', 'src', 'icons']) {
    rmSync(join(work, name), { recursive: true, force: true });
    cpSync(join(web, name), join(work, name), { recursive: true });
  }
  const lock = readFileSync(join(work, 'package-lock.json'), 'utf8');
  const stamp = join(work, 'node_modules/.xiaoan-lock');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: work, stdio: 'inherit' });
    writeFileSync(stamp, lock);
  }
  const dist = join(work, 'dist');
  execFileSync('node', ['build.mjs', dist], { cwd: work, stdio: 'inherit' });
  return dist;
}
