import type { ConnectionAdapter, ConnectionHandlers } from '../../../src/connections/index.ts';

/** An adapter whose events and results a test decides. */
export class FakeAdapter implements ConnectionAdapter<string> {
  handlers!: ConnectionHandlers;
  readonly calls: string[] = [];
  isListening = false;
  onListen: (handlers: ConnectionHandlers) => void = (handlers) => handlers.connected();
  onProbe: (signal: AbortSignal) => Promise<unknown> = async () => {};
  onRevive: (signal: AbortSignal) => Promise<unknown> = async () => {};
  onCut: () => void = () => {};

  current(): string {
    return 'client';
  }

  listen(handlers: ConnectionHandlers): () => void {
    this.handlers = handlers;
    this.isListening = true;
    this.onListen(handlers);
    return () => {
      this.isListening = false;
    };
  }

  probe(signal: AbortSignal): Promise<unknown> {
    this.calls.push('probe');
    return this.onProbe(signal);
  }

  cut(): void {
    this.calls.push('cut');
    this.onCut();
  }

  revive(signal: AbortSignal): Promise<unknown> {
    this.calls.push('revive');
    return this.onRevive(signal);
  }
}
