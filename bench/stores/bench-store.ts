import type { Store } from '../../registry/agent/core/store.ts';

/** A store, and what the bench does with it behind its back. */
export type BenchStore = {
  readonly store: Store;
  /** Where the threads are listed, if it is not there. */
  readonly listed?: Store;
  /** The floor: the text of one event, made as durable as an append, by nothing but the driver. */
  writeBare(text: string): unknown;
  /** Puts in threads of sixty events, and those that wait for a person, by the store's own bulk means. */
  fill(threads: number): unknown;
  /** Bytes that are on disk, now and, where a store tidies up, after that. */
  sizes(): Promise<Sizes>;
  close(): unknown;
};
export type Sizes = { readonly bytes: number; readonly tidied?: number };

/** `address` is a folder or a URL; `space` keeps stores at the same address apart. */
export type Open = (address: string, space: string) => BenchStore;
