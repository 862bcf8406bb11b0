// Journeys through the real binary with its demo city. `scripts/browser-test.sh` starts it and gives CITY_URL and
// CITY_ACCOUNTS.
import base from './playwright.config';

export default { ...base, testDir: './city', timeout: 120_000, use: { ...base.use, baseURL: process.env.CITY_URL } };
