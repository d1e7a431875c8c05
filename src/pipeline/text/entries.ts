/** Package, script or variable name to its value. */
export type Entries = Readonly<Record<string, string>>;
