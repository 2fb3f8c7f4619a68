import '@angular/compiler'
import { provideZonelessChangeDetection } from '@angular/core'
import { bootstrapApplication } from '@angular/platform-browser'
import { AppRoot } from './app/app-root.js'

bootstrapApplication(AppRoot, { providers: [provideZonelessChangeDetection()] })
