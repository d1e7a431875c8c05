/** Runs in the page: the contrast of each text with what is behind it, as WCAG 2.2 defines it. */
export const contrastsOfTexts = `
  const luminance = (colour) => {
    const [red, green, blue] = colour.map((value) => {
      const part = value / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const behind = (element) => {
    const colour = numbers(getComputedStyle(element).backgroundColor);
    return colour[3] === 0 ? behind(element.parentElement) : colour.slice(0, 3);
  };
  const hasText = (element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  [...document.body.querySelectorAll('*')].filter(hasText).map((element) => {
    const colours = [numbers(getComputedStyle(element).color).slice(0, 3), behind(element)];
    const [low, high] = colours.map(luminance).sort((a, b) => a - b);
    return { text: element.textContent, contrast: (high + 0.05) / (low + 0.05) };
  });
`;
export type Contrast = { readonly text: string; readonly contrast: number };
