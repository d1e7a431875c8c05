// Shifts the clock of the process that loads this module, so that it starts at STORY_BEGINS.
const shift = Date.parse(process.env.STORY_BEGINS ?? '') - Date.now();
const RealDate = Date;

globalThis.Date = /** @type {DateConstructor} */ (
  new Proxy(RealDate, {
    construct: (target, args) =>
      Reflect.construct(target, args.length === 0 ? [RealDate.now() + shift] : args),
    get: (target, key) => (key === 'now' ? () => RealDate.now() + shift : Reflect.get(target, key)),
  })
);
