/** bench */
@org.jspecify.annotations.NullMarked
package dev.postern.bench;
