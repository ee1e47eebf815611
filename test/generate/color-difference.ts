/** Color difference, also for readers with red-green color blindness. */

export interface Lab {
  readonly lightness: number;
  readonly a: number;
  readonly b: number;
}

export const VISIONS = ['full color vision', 'deuteranopia', 'protanopia'] as const;
export type Vision = (typeof VISIONS)[number];

type Triple = readonly [number, number, number];
type Matrix = readonly [Triple, Triple, Triple];

/** Matrices for linear RGB: Machado, Oliveira, Fernandes 2009, severity 1. */
const SIMULATIONS: Readonly<Record<Vision, Matrix>> = {
  'full color vision': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
};

/** From linear sRGB to XYZ, white point D65. */
const TO_XYZ: Matrix = [
  [0.4124, 0.3576, 0.1805],
  [0.2126, 0.7152, 0.0722],
  [0.0193, 0.1192, 0.9505],
];
const WHITE: Triple = [0.95047, 1, 1.08883];

function multiply(matrix: Matrix, [x, y, z]: Triple): Triple {
  const [first, second, third] = matrix.map(([p, q, r]) => p * x + q * y + r * z);
  return [first ?? 0, second ?? 0, third ?? 0];
}

/**
 * The color that a reader perceives, in CIELAB.
 *
 * @param hex such as `#96d98d`
 */
export function toLab(hex: string, vision: Vision): Lab {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const value = Number.parseInt(hex.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const simulated = multiply(SIMULATIONS[vision], [red, green, blue]);
  const [r, g, b] = simulated.map((value) => Math.min(1, Math.max(0, value))) as [
    number,
    number,
    number,
  ];
  const [x = 0, y = 0, z = 0] = multiply(TO_XYZ, [r, g, b]).map((value, i) => {
    const relative = value / (WHITE[i] ?? 1);
    return relative > 0.008856 ? Math.cbrt(relative) : 7.787 * relative + 16 / 116;
  });
  return { lightness: 116 * y - 16, a: 500 * (x - y), b: 200 * (y - z) };
}

const cos = (degrees: number) => Math.cos((degrees * Math.PI) / 180);
const sin = (degrees: number) => Math.sin((degrees * Math.PI) / 180);
const CHROMA_CONSTANT = 25 ** 7;

/** CIEDE2000, after Sharma, Wu, Dalal 2005. */
export function difference(color1: Lab, color2: Lab): number {
  const chromas = [color1, color2].map(({ a, b }) => Math.hypot(a, b)) as [number, number];
  const mean = ((chromas[0] + chromas[1]) / 2) ** 7;
  const stretch = 1.5 - 0.5 * Math.sqrt(mean / (mean + CHROMA_CONSTANT));
  const [first, second] = [color1, color2].map(({ a, b }) => ({
    chroma: Math.hypot(a * stretch, b),
    hue: ((Math.atan2(b, a * stretch) * 180) / Math.PI + 360) % 360,
  })) as [{ chroma: number; hue: number }, { chroma: number; hue: number }];
  const turn = ((second.hue - first.hue + 540) % 360) - 180;
  const lightness = (color1.lightness + color2.lightness) / 2;
  const chroma = (first.chroma + second.chroma) / 2;
  const hue = (first.hue + turn / 2 + 360) % 360;
  const t =
    1 -
    0.17 * cos(hue - 30) +
    0.24 * cos(2 * hue) +
    0.32 * cos(3 * hue + 6) -
    0.2 * cos(4 * hue - 63);
  const offset = (lightness - 50) ** 2;
  const deltaLightness =
    (color2.lightness - color1.lightness) / (1 + (0.015 * offset) / Math.sqrt(20 + offset));
  const deltaChroma = (second.chroma - first.chroma) / (1 + 0.045 * chroma);
  const deltaHue =
    (2 * Math.sqrt(first.chroma * second.chroma) * sin(turn / 2)) / (1 + 0.015 * chroma * t);
  const rotation =
    -2 *
    Math.sqrt(chroma ** 7 / (chroma ** 7 + CHROMA_CONSTANT)) *
    sin(60 * Math.exp(-(((hue - 275) / 25) ** 2)));
  return Math.sqrt(
    deltaLightness ** 2 + deltaChroma ** 2 + deltaHue ** 2 + rotation * deltaChroma * deltaHue,
  );
}
