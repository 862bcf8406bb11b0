/** Folder of the bundle under test. */
export function bundle(): string;
