/** Records and tables; alone touches SQL and disk. */
@NullMarked
package dev.postern.server.store;

import org.jspecify.annotations.NullMarked;
