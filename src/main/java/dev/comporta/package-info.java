/** Where the process starts: it opens the rooms in order, and says in one line why it cannot. */
@NullMarked
package dev.comporta;

import org.jspecify.annotations.NullMarked;
