// Requires the package and imports it, in one process or one bundle; prints what each of the two knows.
const { handleAll, retry } = require('cockatiel');
const required = require('cockatiel-otel');
const { listen } = require('cockatiel-otel/health');

async function main() {
  const imported = await import('cockatiel-otel');
  // `snapshot` lists the policies that are still held.
  const policies = [
    required.instrument('required', retry(handleAll, { maxAttempts: 1 })),
    imported.instrument('imported', retry(handleAll, { maxAttempts: 1 })),
  ];
  const { url, close } = await listen({}, { port: 0 });
  const page = await (await fetch(`${url}/live`)).text();
  await close();
  const known = [required, imported].map(({ snapshot }) => snapshot().map(({ name }) => name));
  console.log(JSON.stringify({ policies: policies.length, known, page: page.slice(0, 15) }));
}

main();
