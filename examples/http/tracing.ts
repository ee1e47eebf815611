/** The spans of a call have the number of the resend. */
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { createFetch, resendCountHook } from 'cockatiel-otel/http';
import { service } from './service.ts';

const exporter = new InMemorySpanExporter();
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
const instrumentation = new UndiciInstrumentation({ requestHook: resendCountHook });
instrumentation.setTracerProvider(provider);

let requests = 0;
const url = await service((_, response) => response.writeHead(++requests < 3 ? 503 : 200).end());
const fetch = createFetch('splunk', { overrides: { retry: { initialDelay: 10 } } });
await (await fetch(url)).text();

const count = 'http.request.resend_count';
for (const { name, attributes } of exporter.getFinishedSpans()) {
  console.log(name, attributes['http.response.status_code'], attributes[count] ?? 'first');
}
instrumentation.disable();
