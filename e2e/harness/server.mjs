// A stand-in for the server: the real bundle, a few pages (copies of what crates/web/templates rendered, with @@holes@@),
// and the endpoints the browser code talks to, whose answers a test can bend. It is for the browser code alone; journeys
// through the product start the real binary.
//
//   node server.mjs [port]      prints `listening PORT`
//   POST /--/set  {…}           changes `state` below        GET /--/seen  what was posted        POST /--/push  a live event

import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './dist.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const dist = bundle();
const files = new Map();
const byName = new Map();
for (const line of readFileSync(join(dist, 'files.tsv'), 'utf8').trim().split('\n').slice(1)) {
  const [name, path, mime, file] = line.split('\t');
  files.set(path, { mime, raw: readFileSync(join(dist, file)), br: readFileSync(join(dist, `${file}.br`)) });
  byName.set(name, path);
}

const LOGIN = '01890000-0000-7000-8000-000000000001';
const fresh = () => ({
  login: LOGIN, // who is signed in; '' = nobody
  name: '李建国',
  /** How POSTs of items are answered: 'ok' | 'cut' | 'html' | a status number. */
  answer: 'ok',
  title: '',
  fields: [],
  delay: 0,
  /** When set, every request is cut: the network is gone although the browser does not know it. */
  dead: false,
  /** When set, everything but files is answered 503, as by a proxy before a server that restarts. */
  broken: false,
  theme: 'light',
  size: 'm',
  skew: 0, // server's clock minus this machine's
});
let state = fresh();
let seen = [];
let streams = [];

const CSP =
  "default-src 'self'; style-src 'self'; img-src 'self' blob: data:; script-src 'self'; connect-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'self'";
const pages = {
  '/': 'today',
  '/hazards': 'hazards',
  '/hazards/new': 'hazard_new',
  '/hazards/1': 'hazard',
  '/checks/new': 'check_new',
  '/outbox': 'outbox',
  '/login': 'login',
  '/_parts': 'parts',
};

function page(name) {
  return readFileSync(join(here, 'pages', `${name}.html`), 'utf8').replace(/@@([\w.]+)@@/g, (_, key) => {
    if (byName.has(key)) return byName.get(key);
    const now = String(Date.now() + state.skew);
    return { login: state.login, name: state.name, csrf: `csrf-${state.login}`, now, theme: state.theme, size: state.size }[key] ?? '';
  });
}

const read = (request) =>
  new Promise((done, fail) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => done(Buffer.concat(parts)));
    request.on('error', fail);
    request.on('aborted', () => fail(new Error('aborted')));
  });

function json(response, status, value) {
  response.writeHead(status, { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json' });
  response.end(JSON.stringify(value));
}

async function item(request, response, url) {
  const body = await read(request);
  const form = await new Response(body, { headers: { 'Content-Type': request.headers['content-type'] } }).formData();
  const fields = [];
  const photos = [];
  for (const [name, value] of form) {
    if (typeof value === 'string') fields.push([name, value]);
    else photos.push({ name, file: value.name, type: value.type, bytes: value.size });
  }
  const head = request.headers;
  seen.push({ path: url.pathname, key: head['idempotency-key'], csrf: head['x-csrf'], device: head['x-device-at'], claimed: head['x-claimed-at'], accept: head.accept, fields, photos, answer: state.answer });
  const answer = state.answer;
  await new Promise((done) => setTimeout(done, state.delay));
  if (!head['idempotency-key']) {
    response.writeHead(303, { Location: '/hazards/1' });
    return response.end();
  }
  if (answer === 'cut') return response.destroy();
  if (answer === 'html') {
    response.writeHead(200, { 'Content-Type': 'text/html' });
    return response.end('<title>portal</title>');
  }
  if (answer === 'ok') return json(response, 201, { id: head['idempotency-key'], location: '/hazards/1', received_at: Date.now() + state.skew });
  json(response, answer, { code: 'test', title: state.title || '没有收下。', fields: state.fields });
}

function stream(response) {
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  response.write(`event: beat\ndata: ${Date.now() + state.skew}\n\n`);
  streams.push(response);
  response.on('close', () => (streams = streams.filter((one) => one !== response)));
}

async function control(request, response, url) {
  const body = await read(request);
  if (url.pathname === '/--/set') {
    const change = JSON.parse(String(body));
    if (change.reset) {
      state = fresh();
      seen = [];
      for (const one of streams) one.end();
    }
    Object.assign(state, change);
    return json(response, 200, state);
  }
  if (url.pathname === '/--/push') {
    const { event, data } = JSON.parse(String(body));
    for (const one of streams) one.write(`event: ${event}\ndata: ${String(data).replace(/\n/g, '\ndata: ')}\n\n`);
    return json(response, 200, { streams: streams.length });
  }
  json(response, 200, { seen, streams: streams.length });
}

const photo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 240"><rect width="320" height="240" fill="#3d4854"/><path d="M0 240 110 150h100l110 90z" fill="#2a323b"/><rect x="128" y="62" width="64" height="22" rx="3" fill="#1f9d5a"/></svg>`;

async function serve(request, response) {
  const url = new URL(request.url, 'http://x');
  if (url.pathname.startsWith('/--/')) return control(request, response, url);
  if (state.dead) return response.destroy();
  const file = files.get(url.pathname);
  if (file) {
    const br = /\bbr\b/.test(request.headers['accept-encoding'] ?? '');
    const cache = url.pathname.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
    response.writeHead(200, { 'Content-Type': file.mime, 'Cache-Control': cache, ...(br ? { 'Content-Encoding': 'br' } : {}), Vary: 'Accept-Encoding' });
    return response.end(br ? file.br : file.raw);
  }
  if (state.broken) return json(response, 503, { code: 'busy', title: '系统正忙，没有存上。填的内容还在，点一下再试。' });
  if (url.pathname === '/me/token') {
    if (!state.login) return json(response, 401, { code: 'signed_out', title: '登录过期了。刚才填的还在，登录后接着填。' });
    return json(response, 200, { csrf: `csrf-${state.login}`, login: state.login, name: state.name, now: Date.now() + state.skew });
  }
  if (url.pathname === '/live') return stream(response);
  if (url.pathname.startsWith('/files/')) {
    response.writeHead(200, { 'Content-Type': 'image/svg+xml' });
    return response.end(photo);
  }
  if (request.method === 'POST') {
    if (url.pathname === '/me/look' || url.pathname === '/logout') {
      await read(request);
      if (url.pathname === '/logout') state.login = '';
      response.writeHead(303, { Location: url.pathname === '/logout' ? '/login' : '/' });
      return response.end();
    }
    return item(request, response, url);
  }
  if (!state.login && url.pathname !== '/login') {
    response.writeHead(303, { Location: '/login' });
    return response.end();
  }
  const name = pages[url.pathname];
  let html = name ? page(name) : '<!doctype html><html lang="zh-CN"><title>404</title><h1>没有找到这一页</h1></html>';
  // The fragment of a list, as the real server answers htmx.
  if (name === 'hazards' && request.headers['hx-request']) html = html.match(/<div data-live-box>([\s\S]*)<\/div>\s*<\/main>/)[1];
  response.writeHead(name ? 200 : 404, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store', 'Content-Security-Policy': CSP, Vary: 'HX-Request' });
  response.end(html);
}

const server = createServer((request, response) => {
  serve(request, response).catch(() => response.destroy());
});
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => console.log(`listening ${server.address().port}`));
