/** How the parts of a server speak without calling each other. */
@NullMarked
package dev.postern.server.bus;

import org.jspecify.annotations.NullMarked;
