/** Events in the feed; the oldest is dropped first. */
export const FEED_LIMIT = 200;

/** Something that has just happened. */
export interface FeedEvent {
  /** In ms since 1970. */
  readonly at: number;
  readonly kind: 'state_change' | 'administration' | 'dependency';
  /** Of the policy or the dependency. */
  readonly name: string;
  readonly text: string;
  readonly tone: 'bad' | 'warning' | 'good' | 'neutral';
}
