/** Events in the feed; the oldest is dropped first. */
export const FEED_LIMIT = 200;

/** An event on the live page. */
export interface FeedEvent {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly kind: 'state_change' | 'administration' | 'dependency';
  /** The name of the policy or the dependency. */
  readonly name: string;
  readonly text: string;
  readonly tone: 'bad' | 'warning' | 'good' | 'neutral';
}
