import type { Store } from '../../registry/agent/core/store.ts';

/** A store, and the direct access that the bench needs to its data. */
export type BenchStore = {
  readonly store: Store;
  /** The store to list threads in, if it is another one. */
  readonly listed?: Store;
  /** The floor: saves the text of one event as durably as an append, by the driver alone. */
  writeBare(text: string): unknown;
  /** Inserts threads of sixty events, and threads that wait for a person, in bulk. */
  fill(threads: number): unknown;
  /** Bytes on disk, now and after a rewrite, where a store has one. */
  sizes(): Promise<Sizes>;
  close(): unknown;
};
export type Sizes = { readonly bytes: number; readonly tidied?: number };

/** `address` is a folder or a URL; `space` keeps stores at the same address apart. */
export type Open = (address: string, space: string) => BenchStore;
