/** The generic codec between the AWS SDK's model classes and the syntaxes of AWS's APIs. */
@NullMarked
package dev.postern.server.shape;

import org.jspecify.annotations.NullMarked;
