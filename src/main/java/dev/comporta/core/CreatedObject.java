package dev.comporta.core;

/**
 * An object that a call has brought about in a provider's account. It belongs to the caller.
 *
 * @param provider the name of the provider in whose account it lives
 */
public record CreatedObject(String provider, ObjectKind kind, String id) {}
