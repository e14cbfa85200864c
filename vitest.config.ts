import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // by default one core is left free, which is half of a small machine
    maxWorkers: "100%",
    projects: [
      {
        test: {
          name: "unit",
          include: ["packages/*/src/**/*.test.ts"],
          setupFiles: ["./scripts/property-seed.ts"],
        },
      },
      {
        test: {
          name: "types",
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ["packages/*/src/**/*.test-d.ts"],
            tsconfig: "./scripts/tsconfig.json",
          },
        },
      },
      {
        test: {
          name: "repo",
          include: ["scripts/checks/*.test.ts"],
          globalSetup: ["./scripts/packed-setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          // These start processes of their own: after the others, so as not to disturb them.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
