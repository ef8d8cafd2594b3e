import type binaryen from "binaryen";

export function scalarFunctions(): Promise<binaryen.Module>;
export function functionNamed(module: binaryen.Module, name: string): binaryen.FunctionInfo;
