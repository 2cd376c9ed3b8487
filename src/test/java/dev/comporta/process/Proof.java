package dev.comporta.process;

/** Whether the tests run at full length, as {@code -Pproof} wants it, and where they tell what they measured. */
final class Proof {

    static final boolean FULL = Boolean.getBoolean("comporta.proof");

    private Proof() {}

    /** A figure or a seed, for the person who reads the output of the build. */
    static void tell(String format, Object... values) {
        System.out.printf("[proof] " + format + "%n", values);
    }
}
