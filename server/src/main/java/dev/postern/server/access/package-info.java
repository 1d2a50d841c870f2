/** Principals and decisions: same input, same decision; the only maker of permits. */
@NullMarked
package dev.postern.server.access;

import org.jspecify.annotations.NullMarked;
