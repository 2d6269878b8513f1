import "./global-setup";

/** Stops what the global setup started; a watching jest starts it again for its next run. */
export default async function globalTeardown(): Promise<void> {
  if (!globalThis.embeddedPostgres) return;
  await globalThis.embeddedPostgres.stop();
  globalThis.embeddedPostgres = undefined;
  delete process.env["TEST_POSTGRES_URL"];
}
