package dev.comporta.core;

/**
 * One provider and model that a request can be sent to.
 *
 * @param provider the provider's name, such as {@code openai}
 * @param model the model's own name as the provider knows it; it may contain slashes
 */
public record Target(String provider, String model) {

    /** The gateway identifier, {@code provider/model}. */
    public String identifier() {
        return provider + "/" + model;
    }
}
