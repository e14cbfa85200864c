/**
 * What each packed package must be able to do in plain Node, by its folder's name: a module that throws where it fails.
 * A package without a program is only imported.
 */
export const programs: Readonly<Record<string, string>> = {};
