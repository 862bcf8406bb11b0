// Scanning under the real content policy: the decoder's worker is a file of ours, the camera a picture of a code.

import type { Page } from '@playwright/test';
import { expect, phone, test } from './world';

test.use({ ...phone, permissions: ['camera'] });

/** https://anquan.example.cn/q/C200A, one number a row. */
const CODE =
  '1fc04f7f 10538741 1748245d 1741965d 1753965d 10487241 1fd5557f 12f00 154b1b12 a0ab1c9 1ee47977 f1dda02 7697ceb 13c61c9 1c5888bb 16ad2fea 5491b6b 7abbdcd 12625483 c12eeda 154e4df0 154317 1fcc9b5b 104b2d18 175a01f1 174b0a37 17549c39 1046cd02 1fdd4fd3';

const draw = `(() => {
  const rows = '${CODE}'.split(' ').map((row) => parseInt(row, 16));
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 8 * (rows.length + 24);
  const brush = canvas.getContext('2d');
  const paint = () => {
    brush.fillStyle = '#fff';
    brush.fillRect(0, 0, canvas.width, canvas.height);
    brush.fillStyle = '#000';
    rows.forEach((row, y) => { for (let x = 0; x < rows.length; x++) if ((row >> (rows.length - 1 - x)) & 1) brush.fillRect(8 * (x + 12), 8 * (y + 12), 8, 8); });
  };
  paint();
  setInterval(paint, 100);
  return canvas;
})()`;

async function camera(page: Page, works: boolean): Promise<void> {
  await page.addInitScript(`
    navigator.mediaDevices.getUserMedia = async () => {
      if (!${works}) throw new DOMException('no', 'NotAllowedError');
      return ${draw}.captureStream(10);
    };
    navigator.mediaDevices.enumerateDevices = async () => [{ kind: 'videoinput', deviceId: 'x', label: 'back' }];
  `);
}

const press = (page: Page) =>
  page.evaluate(() => {
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset.scan = '';
    button.textContent = '扫码';
    document.querySelector('main form')?.append(button);
    button.click();
  });

test('the camera finds the code and the form takes it', async ({ page }) => {
  const refused: string[] = [];
  page.on('console', (line) => /Content Security Policy/.test(line.text()) && refused.push(line.text()));
  await camera(page, true);
  await page.goto('/hazards/new');
  await page.evaluate(() => {
    const field = document.createElement('input');
    field.name = 'code';
    field.dataset.placeCode = '';
    document.querySelector('main form')?.append(field);
  });
  await press(page);
  await expect(page.locator('[data-place-code]')).toHaveValue('C200A', { timeout: 20_000 });
  await expect(page.getByRole('dialog')).toHaveCount(0);
  expect(refused).toEqual([]);
});

test('in the round a code goes to its place', async ({ page }) => {
  await camera(page, true);
  await page.goto('/checks/new');
  await press(page);
  await expect(page.locator('fieldset.place:visible legend')).toHaveText('宿舍楼西侧消防通道', { timeout: 20_000 });
});

test('without a camera: a photo of the code, or its characters by hand; elsewhere a code is an address', async ({ page }) => {
  await camera(page, false);
  await page.goto('/hazards/new');
  await press(page);
  await expect(page.getByText('用不了相机。可以拍照识别，或者输入码下面的字。')).toBeVisible();
  const png = await page.evaluate(`${draw}.toDataURL('image/png').split(',')[1]`);
  await page.setInputFiles('#scan-photo', { name: 'code.png', mimeType: 'image/png', buffer: Buffer.from(png as string, 'base64') });
  await page.waitForURL('**/q/C200A', { timeout: 20_000 });
});

test('typed by hand', async ({ page }) => {
  await camera(page, false);
  await page.goto('/checks/new');
  await page.locator('fieldset[data-place=p2]').evaluate((place: HTMLElement) => (place.dataset.code = 'K7Q2MX'));
  await press(page);
  await page.getByLabel('输入码下面的字').fill('k7q2mx');
  await page.getByRole('button', { name: '用这个' }).click();
  await expect(page.locator('fieldset.place:visible legend')).toHaveText('宿舍楼西侧消防通道');
});
