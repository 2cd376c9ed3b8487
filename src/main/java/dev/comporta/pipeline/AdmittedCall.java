package dev.comporta.pipeline;

import dev.comporta.core.Attribution;
import dev.comporta.core.Call;
import dev.comporta.core.Caller;
import dev.comporta.dialect.ModelRequest;

/**
 * A call that may be made.
 *
 * @param direct whether it goes straight to the named provider, because the gateway is switched off for it
 */
record AdmittedCall(Call call, Caller caller, ModelRequest request, Attribution attribution, boolean direct) {}
