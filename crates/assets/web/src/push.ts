// 浏览器通知: asks the browser for an address at its maker's service and enters it as one's own channel. Loaded when the
// button is pressed; it stands only where the server can send.

type Room = { say: (text: string) => void; csrf: string; W: { pushNone: string; pushNo: string; pushFailed: string } };

function key(text: string): Uint8Array<ArrayBuffer> {
  const raw = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(raw, (c) => c.charCodeAt(0));
}

export async function subscribe(button: HTMLElement, { say, csrf, W }: Room): Promise<void> {
  if (!('serviceWorker' in navigator) || !('PushManager' in window)) return say(W.pushNone);
  if ((await Notification.requestPermission()) !== 'granted') return say(W.pushNo);
  try {
    const worker = await navigator.serviceWorker.ready;
    const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key(button.dataset.push ?? '') });
    const { endpoint, keys } = made.toJSON();
    const fields = { csrf, way: 'push', address: endpoint ?? '', secret: `${keys?.p256dh} ${keys?.auth}` };
    const answer = await fetch('/me/channels', { method: 'POST', body: new URLSearchParams(fields), headers: { 'X-CSRF': csrf, Accept: 'application/json' } });
    if (!answer.ok) throw new Error(String(answer.status));
    location.reload();
  } catch {
    say(W.pushFailed);
  }
}
