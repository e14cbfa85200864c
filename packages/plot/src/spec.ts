/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/** A Vega-Lite specification: plain data. What may stand in it is in Vega-Lite's documentation. */
export interface Spec {
  [key: string]: Json | undefined;
}

/** The version of the language that figures are written in. */
export const schema = "https://vega.github.io/schema/vega-lite/v6.json";
