import type { Lock } from '../lock/lock-file.ts';
import type { Component } from '../registry/component.ts';
import type { PackageManager } from '../repo/package-manager.ts';
import type { Catalogue } from '../resolve/catalogue.ts';
import type { ComponentAction } from '../resolve/request.ts';
import type { Wiring } from '../resolve/selection.ts';
import type { Renderer } from './templates.ts';

/** The inputs of rendering besides the selection. */
export type Materials = {
  /** Texts of the selected files, by path from the project's root. */
  readonly texts: ReadonlyMap<string, string>;
  readonly renderers: Readonly<Record<string, Renderer>>;
  readonly registryOf: Catalogue['registryOf'];
  /** The version of the tool. */
  readonly tool: string;
  readonly manager: PackageManager;
  /** Absent for a new project. */
  readonly installed?: InstalledProject;
};

/** The installed project that a command changes. */
export type InstalledProject = {
  readonly lock: Lock;
  /** The current wiring of the rendered files. */
  readonly wiring: Wiring;
  readonly actions: ReadonlyMap<string, ComponentAction>;
  /** The components that the command removes. */
  readonly removed: readonly Component[];
};

/** Returns the action for an owner. An owner that is not installed is added. */
export function actionOf(owner: string, installed: InstalledProject | undefined): ComponentAction {
  return installed?.actions.get(owner) ?? 'add';
}
