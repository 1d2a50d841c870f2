/** The operations of AWS Systems Manager. */
@NullMarked
package dev.postern.server.service.ssm;

import org.jspecify.annotations.NullMarked;
