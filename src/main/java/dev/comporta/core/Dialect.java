package dev.comporta.core;

/** A wire format that callers speak to the gateway, and providers understand. */
public enum Dialect {
    OPENAI,
    ANTHROPIC,
    GEMINI
}
