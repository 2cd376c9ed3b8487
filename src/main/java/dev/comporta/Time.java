package dev.comporta;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;

/** The clock of the process, given by injection so that a test can hold it still. */
final class Time {

    @Produces
    @Singleton
    static Clock clock() {
        return Clock.systemUTC();
    }
}
