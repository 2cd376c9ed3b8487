/**
 * What a client may ask: which models, how many tokens in one request, how much in a day, and models without a price.
 * It decides by what it has in memory, and says which policy decided.
 */
@NullMarked
package dev.comporta.policy;

import org.jspecify.annotations.NullMarked;
