package dev.comporta.pipeline;

import dev.comporta.core.Call;
import dev.comporta.core.Caller;

/** A call whose caller is known. */
record AuthenticatedCall(Call call, Caller caller) {}
