/**
 * Google's Gemini API, on both sides: as a provider's, as a caller's, and passed from one to the other. What its wire
 * formats have that no other API has is said, refused or reported here.
 */
@NullMarked
package dev.comporta.dialect.gemini;

import org.jspecify.annotations.NullMarked;
