// Programs that look something up by a place or a name that only the run knows: `noUncheckedIndexedAccess` asks for a check there.
import { valueAndGrad, zeros, type Tensor } from "@ndgrad/core";
import { dense } from "@ndgrad/nn";

export const t21 = (x: Tensor) => { const [n, k] = x.shape; return zeros([n, k]); };
export const t24 = () => { const net = dense(2, 1); const params = net.parameters(); const { grads } = valueAndGrad(() => net(zeros([1, 2])).sum(), params); for (const k of Object.keys(params)) params[k].assign(params[k].value.sub(grads[k])); };
