import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import MiniCssExtractPlugin from 'mini-css-extract-plugin'

const require = createRequire(import.meta.url)

/**
 * How React apps are built with webpack: Babel, CSS modules, and one of webpack's kinds of source map.
 * @param {{ app: string, folder: string, variant: string }} options `variant`: a `devtool` of webpack for development, or
 * `production`.
 */
export function webpackConfig({ app, folder, variant }) {
  const isProduction = variant === 'production'
  return {
    context: app,
    mode: isProduction ? 'production' : 'development',
    devtool: isProduction ? 'source-map' : variant,
    entry: ['src/main.tsx', 'src/main.jsx'].map(file => `./${file}`).find(file => existsSync(join(app, file))),
    output: { path: folder, filename: 'main.js', publicPath: '/' },
    resolve: { extensions: ['.tsx', '.ts', '.jsx', '.js'] },
    performance: false,
    module: {
      rules: [
        {
          test: /\.[jt]sx?$/,
          exclude: /node_modules/,
          loader: require.resolve('babel-loader'),
          options: {
            configFile: false,
            babelrc: false,
            presets: [
              [require.resolve('@babel/preset-typescript'), { onlyRemoveTypeImports: false }],
              [require.resolve('@babel/preset-react'), { runtime: 'automatic', development: !isProduction }]
            ]
          },
          // React before 18 says in no `exports` where its JSX runtime is.
          resolve: { fullySpecified: false }
        },
        { test: /\.mdx$/, loader: require.resolve('@mdx-js/loader') },
        {
          test: /\.css$/,
          use: [
            isProduction ? MiniCssExtractPlugin.loader : require.resolve('style-loader'),
            {
              loader: require.resolve('css-loader'),
              options: {
                modules: {
                  auto: true,
                  namedExport: false,
                  localIdentName: isProduction ? '[name]_[local]__[hash:base64:5]' : '[path][name]__[local]'
                }
              }
            }
          ]
        }
      ]
    },
    plugins: isProduction ? [new MiniCssExtractPlugin({ filename: 'main.css' })] : []
  }
}
