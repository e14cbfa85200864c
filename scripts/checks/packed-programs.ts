/**
 * What each packed package must be able to do in plain Node, by its folder's name: a module that throws where it fails.
 * A package without a program is only imported.
 */
export const programs: Readonly<Record<string, string>> = {
  plot: `
    import { lossCurve } from "@ndgrad/plot";
    const curve = lossCurve([3, 2, 1], { title: "Packed" });
    if (!(await curve.toSVG()).includes("Packed") || (await curve.toPNG()).length < 1000) throw new Error("no picture");
  `,
};
