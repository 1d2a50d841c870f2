/** Our own service: what AWS has no operation for (design.md decision 1). */
@NullMarked
package dev.postern.server.service.postern;

import org.jspecify.annotations.NullMarked;
